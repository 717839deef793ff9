# Opens a listening socket and starts a program with it, as systemd (descriptor 3) or inetd (descriptor 0) does:
# perl activate.pl DESCRIPTOR PROGRAM [ARGUMENT ...]
use strict;
use warnings;
use IO::Handle;
use POSIX qw(dup2);
use Socket;

my ($descriptor, @command) = @ARGV;
$^F = 9;    # Descriptors up to this number are not closed on exec.
socket(my $server, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
bind($server, pack_sockaddr_in(0, inet_aton('127.0.0.1'))) or die "bind: $!";
listen($server, 128) or die "listen: $!";
my ($port) = unpack_sockaddr_in(getsockname($server));
STDOUT->printflush("listening at $port\n");
if (fileno($server) != $descriptor) {
  dup2(fileno($server), $descriptor) or die "dup2: $!";
  close($server);
}
if ($descriptor == 3) {
  $ENV{LISTEN_FDS} = 1;
  $ENV{LISTEN_PID} = $$;
}
exec(@command) or die "exec: $!";
