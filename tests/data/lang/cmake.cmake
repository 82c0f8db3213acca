#[[ block
]]
set(a "# text
# text")
# line
