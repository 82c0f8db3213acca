<!DOCTYPE html>
<!-- a comment
     of HTML -->
<p>http://text # text</p>
<?php
# comment
/** doc */
#[Attribute]
function plain($a) {
    if ($a and $b) { } elseif ($c || $d) { } else { }
    foreach ($a as $k => $v) { $x ??= $v ?: 1; }
    return match ($a) { 1, 2 => 3, default => 4 };
}
class K {
    public function method() { switch (1) { case 1: break; default: } }
    abstract function none();
    private $f = "a // text
# text";
}
$f = function () { while (1) { } }; // comment ?> text
<?= $x ?>

<?php
echo <<<EOT
// text
  EOT . 'x'; // comment
