package io.github.kqueueffm.frameworks.netty;

import io.github.kqueueffm.channel.KQueueFfmDatagramChannel;
import io.netty.buffer.ByteBuf;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.SegmentedDatagramPacket;
import io.netty.handler.codec.quic.SegmentedDatagramPacketAllocator;
import java.net.InetSocketAddress;

/** Lets the kernel cut what QUIC sends at a time into datagrams. */
public final class KernelSegments implements SegmentedDatagramPacketAllocator {
  /** Any Linux with UDP_SEGMENT takes so many. */
  private static final int MOST = 64;

  private KernelSegments() {}

  /** {@return the allocator where the system can do it, else the one that sends singly} */
  public static SegmentedDatagramPacketAllocator ifSupported() {
    return KQueueFfmDatagramChannel.isSegmentedDatagramPacketSupported()
        ? new KernelSegments()
        : NONE;
  }

  @Override
  public int maxNumSegments() {
    return MOST;
  }

  @Override
  public DatagramPacket newPacket(ByteBuf buffer, int segmentSize, InetSocketAddress recipient) {
    return new SegmentedDatagramPacket(buffer, segmentSize, recipient);
  }
}
