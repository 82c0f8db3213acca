a
<?php /* b
?> c */ # d ?> <!-- e
--> f
