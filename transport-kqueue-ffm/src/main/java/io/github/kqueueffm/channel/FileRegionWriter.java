package io.github.kqueueffm.channel;

import io.github.kqueueffm.syscall.Memory;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.DefaultFileRegion;
import io.netty.channel.FileRegion;
import java.io.IOException;

/**
 * Writes file regions to a stream: our own with sendfile(2), Netty's default one from its file, and
 * all others by what they write.
 */
final class FileRegionWriter {
  private final AbstractKQueueFfmStreamChannel channel;
  private final FilePieces pieces;
  private final RegionCollector collector;

  FileRegionWriter(AbstractKQueueFfmStreamChannel channel) {
    this.channel = channel;
    this.pieces = new FilePieces(channel);
    this.collector = new RegionCollector(channel, pieces);
  }

  /** Writes once; false if the socket takes nothing more for now. */
  boolean write(ChannelOutboundBuffer in, FileRegion region) throws IOException {
    if (region.transferred() >= region.count() && !collector.isPending()) {
      return in.remove();
    }
    if (region instanceof KQueueFfmFileRegion own) {
      return own.hasDescriptor() ? sendfile(in, own) : send(in, own);
    }
    return region instanceof DefaultFileRegion known && DefaultRegionFields.areOpen()
        ? send(in, known)
        : collect(in, region);
  }

  /** The channel closes: what a region wrote and the socket did not take is dropped. */
  void close() {
    collector.release();
  }

  private boolean sendfile(ChannelOutboundBuffer in, KQueueFfmFileRegion region)
      throws IOException {
    LoopResources loop = channel.resources();
    long left = region.count() - region.transferred();
    int result =
        loop.kernel()
            .sendfile(
                channel.socket().fd(),
                region.descriptor(),
                region.position() + region.transferred(),
                left,
                loop.sentCount());
    // The BSDs and macOS count what they sent before EAGAIN or EINTR.
    long sent = Memory.getLong(loop.sentCount());
    if (sent > 0) {
      region.advance(sent);
      return progressed(in, region, sent, left) || loop.interrupted(result);
    }
    if (result == 0) {
      FilePieces.requireMore(region.file(), region.position() + region.transferred(), left);
      return true;
    }
    return refused(loop, region, result);
  }

  /** EINTR: again. EAGAIN: later. No sendfile for this file: otherwise. */
  private boolean refused(LoopResources loop, KQueueFfmFileRegion region, int result)
      throws IOException {
    if (loop.wouldBlock(result)) {
      return false;
    }
    if (!loop.interrupted(result)) {
      switch (loop.kernel().platform().errno(-result)) {
        case EINVAL, ENOSYS, EOPNOTSUPP, ENOTSUP -> region.giveUpSendfile();
        case null, default -> throw channel.failure("sendfile", result);
      }
    }
    return true;
  }

  private boolean send(ChannelOutboundBuffer in, KQueueFfmFileRegion region) throws IOException {
    long left = region.count() - region.transferred();
    long sent = pieces.send(region.file(), region.position() + region.transferred(), left);
    region.advance(sent);
    return progressed(in, region, sent, left);
  }

  private boolean send(ChannelOutboundBuffer in, DefaultFileRegion region) throws IOException {
    long left = region.count() - region.transferred();
    long sent =
        pieces.send(
            DefaultRegionFields.file(region), region.position() + region.transferred(), left);
    DefaultRegionFields.advance(region, sent);
    return progressed(in, region, sent, left);
  }

  private static boolean progressed(
      ChannelOutboundBuffer in, FileRegion region, long sent, long left) {
    if (sent > 0) {
      in.progress(sent);
    }
    // A listener of the progress may have closed the channel: the socket is not for use any more.
    if (sent < left) {
      return false;
    }
    return region.transferred() < region.count() || in.remove();
  }

  private boolean collect(ChannelOutboundBuffer in, FileRegion region) throws IOException {
    boolean sent = collector.flush();
    if (sent && region.transferred() < region.count()) {
      long taken = region.transferTo(collector, region.transferred());
      sent = collector.flush();
      if (taken > 0) {
        in.progress(taken);
      } else {
        channel.validate(region);
        return false;
      }
    }
    if (!sent) {
      return false;
    }
    if (region.transferred() >= region.count()) {
      collector.release();
      in.remove();
    }
    return true;
  }
}
