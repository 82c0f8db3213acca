; comment
(f "; text" #\; #| block
|# )
#| a
|#
