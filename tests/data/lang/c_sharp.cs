using System;
/// <summary>A class.</summary>
class Sample
{
    string verbatim = @"a ""quoted"" \
// no comment";
    string raw = """
        /* no comment
        """;
    public Sample(int a) { }
    ~Sample() { }
    public int Value { get { return v ?? 1; } set { v = value; } }
    public static Sample operator +(Sample a, Sample b) => a;
    public static implicit operator int(Sample s) => 1;
    abstract void NoBody();

    int Work(object o)
    {
        foreach (var x in xs)
            if (x > 0 && x < 9) { }
        int Local(int n) { return n > 0 ? 1 : 2; }
        switch (o) { case 1: break; case 2: break; default: break; }
        try { } catch (Exception e) { }
        return o switch { 1 => 2, 3 => 4, _ => 0 };
    }
}
