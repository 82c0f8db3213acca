load common

# The sample is this project's own C code; doc/metrics.md says where the tools differ on
# other code, and why. Tolerance: one in a hundred.

# near OURS THEIRS
near()
{
    local difference=$(($1 > $2 ? $1 - $2 : $2 - $1))
    [ "$2" -gt 0 ] && [ $((difference * 100)) -le "$2" ] || {
        echo "ours $1, theirs $2"
        return 1
    }
}

# ours KEY: of C in the sample
ours()
{
    whet scan -q --json --summary --cache off --no-config "$WHET_TEST_DATA/../../src" |
        python3 -c '
import json, sys
languages = json.load(sys.stdin)["languages"]
print(next(one for one in languages if one["language"] == "C")[sys.argv[1]])' "$1"
}

# A .h is C++ to ctags if nobody tells it.
@test "functions are as many as universal-ctags finds" {
    command -v ctags >/dev/null || skip "no universal-ctags"
    near "$(ours functions)" \
        "$(ctags -R --langmap=C:.c.h --languages=C --kinds-C=f -x "$WHET_TEST_DATA/../../src" | wc -l)"
}

@test "lines are as cloc counts them" {
    command -v cloc >/dev/null || skip "no cloc"
    cloc --quiet --csv --skip-uniqueness --include-lang='C,C/C++ Header' \
        "$WHET_TEST_DATA/../../src" | awk -F, '/^[0-9]+,C/ { b += $3; c += $4; k += $5 }
        END { print b, c, k }' >theirs
    read -r blank comment code <theirs
    near "$(ours code)" "$code"
    near "$(ours comment)" "$comment"
    near "$(ours blank)" "$blank"
}
