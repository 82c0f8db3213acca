dnl comment
# comment
AC_INIT([a], [b]) dnl trailing
dnlx
