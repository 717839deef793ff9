package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.TcpFastOpen;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.net.SocketAddress;

/**
 * TCP Fast Open of a client: the first data goes with the SYN. What the kernel has taken stays in
 * the outbound buffer until the connection is there, so that a failed connect fails its writes.
 */
final class FastOpen {
  private long taken;

  /**
   * Begins a connect together with the first data.
   *
   * @param outbound {@code null} after the output was shut down, since Netty drops it
   * @return false if the data is not in one piece or the system has Fast Open switched off; connect
   *     without it then
   */
  boolean start(KernelSocket socket, SocketAddress remote, ChannelOutboundBuffer outbound)
      throws IOException {
    if (outbound == null) {
      return false;
    }
    outbound.addFlush();
    if (!(outbound.current() instanceof ByteBuf data) || !data.isReadable()) {
      return false;
    }
    long address = Buffers.contents(data);
    if (address == Buffers.NONE) {
      return false;
    }
    long result = TcpFastOpen.connect(socket, remote, address, data.readableBytes());
    taken = Math.max(result, 0);
    return result >= 0;
  }

  /**
   * The connection is there: what went with the SYN is written.
   *
   * @param outbound {@code null} if the output was shut down meanwhile, which has failed its writes
   * @param loop whose count it is, or {@code null}
   */
  void finish(ChannelOutboundBuffer outbound, LoopResources loop) {
    long sent = taken;
    // Before the listeners of the writes run.
    taken = 0;
    if (sent > 0 && outbound != null) {
      if (loop != null) {
        boolean whole = ((ByteBuf) outbound.current()).readableBytes() == sent;
        loop.counts().sent(whole ? 1 : 0, sent);
      }
      outbound.removeBytes(sent);
    }
  }
}
