# comment
x = <<EOF
# text
EOF
// comment
/* a */
