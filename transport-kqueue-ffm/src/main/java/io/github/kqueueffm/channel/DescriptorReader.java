package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.syscall.FdPassing;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import java.io.IOException;

/**
 * Reads descriptors from a local stream. Each becomes a message of its own; the byte that carries
 * them is dropped.
 */
final class DescriptorReader implements StreamInput {
  private static final InternalLogger LOGGER =
      InternalLoggerFactory.getInstance(DescriptorReader.class);

  private final AbstractKQueueFfmStreamChannel channel;

  DescriptorReader(AbstractKQueueFfmStreamChannel channel) {
    this.channel = channel;
  }

  @Override
  public boolean drain(RecvByteBufAllocator.ExtendedHandle handle, boolean eof) throws IOException {
    LoopResources loop = channel.resources();
    do {
      int result = receive(loop);
      if (result <= 0) {
        return ended(loop, handle, channel.receiveEnded(result));
      }
      try {
        handle.attemptedBytesRead(result);
        handle.lastBytesRead(result);
        handle.incMessagesRead(1);
      } finally {
        // They are open, whatever the handle throws.
        deliver(loop.descriptors());
      }
    } while (channel.mayContinue(this, handle, eof));
    return false;
  }

  private int receive(LoopResources loop) {
    int result;
    do {
      result = loop.descriptors().receive(loop.kernel(), channel.socket().fd());
    } while (loop.interrupted(result));
    return result;
  }

  private boolean ended(LoopResources loop, RecvByteBufAllocator.ExtendedHandle handle, int result)
      throws IOException {
    if (loop.wouldBlock(result)) {
      handle.lastBytesRead(0);
      return false;
    }
    handle.lastBytesRead(-1);
    if (result < 0) {
      throw channel.failure("recvmsg", result);
    }
    return true;
  }

  private void deliver(FdPassing.Receiver received) throws IOException {
    if (received.isTruncated()) {
      received.closeAll(channel.socket().kernel());
      throw new IOException(
          "recvmsg ("
              + Constant.MSG_CTRUNC
              + "): descriptors that the peer sent are lost, probably because this process has"
              + " none left; raise its limit (ulimit -n) or close some");
    }
    ReceivedFileDescriptor[] descriptors = own(received);
    if (descriptors.length > 0) {
      channel.readDone();
    }
    for (ReceivedFileDescriptor descriptor : descriptors) {
      if (channel.isOpen()) {
        channel.pipeline().fireChannelRead(descriptor);
      } else {
        discard(descriptor);
      }
    }
  }

  /** Takes them out of the loop's receiver, which a handler may cause to be used again. */
  private ReceivedFileDescriptor[] own(FdPassing.Receiver received) {
    ReceivedFileDescriptor[] descriptors = new ReceivedFileDescriptor[received.count()];
    for (int i = 0; i < descriptors.length; i++) {
      descriptors[i] =
          new ReceivedFileDescriptor(channel.socket().kernel(), received.descriptor(i));
    }
    return descriptors;
  }

  /** Closes a descriptor that nobody will ever get to see. */
  static void discard(ReceivedFileDescriptor descriptor) {
    try {
      descriptor.close();
    } catch (IOException e) {
      LOGGER.warn("Cannot close {}, which nobody took", descriptor, e);
    }
  }
}
