# directive follows
#include <a.h>
  mov a, b ; trailing
; comment
/* a */
