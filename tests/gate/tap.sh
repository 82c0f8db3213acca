# Sourced by the gates: case_ NAME COMMAND... is one TAP case; done_cases ends the run.
number=0
failed=0

case_()
{
    name=$1
    shift
    number=$((number + 1))
    if "$@" >"$scratch/out" 2>&1; then
        echo "ok $number - $name"
    else
        failed=$((failed + 1))
        echo "not ok $number - $name"
        sed 's/^/# /' "$scratch/out"
    fi
}

skip_all()
{
    echo "1..0 # SKIP $1"
    exit 0
}

done_cases()
{
    echo "1..$number"
    [ "$failed" = 0 ]
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
