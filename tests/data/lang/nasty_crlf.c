int a;

// b
/* c

d */
char *s = "e\
// f";
