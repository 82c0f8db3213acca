int first(void) { return 1; }
int broken( {{{ ;;
int second(int a) { if (a) return 1; return 0; }
)))
int third(void) { return 3 }
