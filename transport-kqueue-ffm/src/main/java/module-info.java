module io.github.kqueueffm.transport {
  requires transitive io.netty.buffer;
  requires transitive io.netty.common;
  requires transitive io.netty.transport;
  requires transitive io.netty.transport.unix.common;
}
