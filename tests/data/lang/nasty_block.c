/* no end

int a;
