package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.FdPassing;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;

/** Writes descriptors to a local stream, each with one byte that carries it. */
final class DescriptorWriter {
  private final AbstractKQueueFfmStreamChannel channel;

  DescriptorWriter(AbstractKQueueFfmStreamChannel channel) {
    this.channel = channel;
  }

  /** Sends one; false if the socket takes nothing more for now. The sender goes on owning it. */
  boolean write(ChannelOutboundBuffer in, FileDescriptor descriptor) throws IOException {
    if (!descriptor.isOpen()) {
      // Its number may be another file's by now.
      return in.remove(
          new IOException(
              Failures.refusal(
                  "send", descriptor, "it is closed", "close it when its write is done")));
    }
    LoopResources loop = channel.resources();
    int result =
        FdPassing.send(
            loop.kernel(), channel.socket().fd(), loop.sendFlags(), descriptor.intValue());
    if (result >= 0) {
      return in.remove();
    }
    if (loop.wouldBlock(result)) {
      return false;
    }
    if (loop.interrupted(result)) {
      return true;
    }
    return switch (loop.kernel().platform().errno(-result)) {
      // The descriptor's fault, not the stream's.
      case EBADF, EINVAL, EOPNOTSUPP, ETOOMANYREFS ->
          in.remove(
              new IOException(
                  Failures.description(
                      loop.kernel().platform(), "sendmsg of SCM_RIGHTS", descriptor, result)));
      case null, default -> throw channel.failure("sendmsg", result);
    };
  }
}
