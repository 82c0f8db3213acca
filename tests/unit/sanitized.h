/* tests/unit/sanitized.h - which sanitizer a test is built with, as gcc and clang say it: each
 * 0 or
 * 1. ThreadSanitizer forbids threads after the fork of a process that has some. */
#ifndef WHET_TESTS_SANITIZED_H
#define WHET_TESTS_SANITIZED_H

#if defined(__has_feature)
#    define SANITIZED_BY_(name) __has_feature(name)
#else
#    define SANITIZED_BY_(name) 0
#endif

#if defined(__SANITIZE_THREAD__) || SANITIZED_BY_(thread_sanitizer)
#    define SANITIZED_THREADS 1
#else
#    define SANITIZED_THREADS 0
#endif

#if defined(__SANITIZE_ADDRESS__) || SANITIZED_BY_(address_sanitizer) || SANITIZED_THREADS
#    define SANITIZED 1
#else
#    define SANITIZED 0
#endif

#endif
