cat <<A <<B
# a
A
# b
B
# comment
cat <<NEVER
# comment
