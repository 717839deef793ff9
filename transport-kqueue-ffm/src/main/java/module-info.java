module io.github.kqueueffm.transport {
  requires io.netty.buffer;
  requires io.netty.common;
  requires io.netty.transport;
  requires io.netty.transport.unix.common;

}
