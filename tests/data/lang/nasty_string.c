char *a = "no end
int b; // c
char d = 'x
int e;
