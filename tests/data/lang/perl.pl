#!/usr/bin/perl
# comment

=head1 NAME

Text.

=cut

my $n = $#list; s#a#b#; print "a # b";
print <<"END";
# text
END

=item also pod

=cut
1;
__END__
The rest.
