/** Javadoc. */
package p;

abstract class Sample<T> {
    Sample() { }

    abstract int nothing();

    int work(int a) {
        String s = """
            // text
            /* text
            """;
        for (int i : list)
            if (i > 0 && a > 0 || false) { }
        switch (a) {
        case 1: break;
        case 2: break;
        default: break;
        }
        int r = switch (a) { case 1, 2 -> 1; default -> 0; };
        try { } catch (Exception e) { }
        do { } while (a > 0);
        Runnable q = () -> { if (a > 1) run(); };
        return a > 0 ? 1 : 2; // end
    }

    record Point(int x) { Point { if (x < 0) throw null; } }
}
