<# block
#>
$a = @"
# text
"@
# line
