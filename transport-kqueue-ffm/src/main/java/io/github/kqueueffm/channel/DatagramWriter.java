package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Call;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.IovecArray;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelOutboundBuffer;

/**
 * Sends the datagrams at the head of an outbound buffer, one or several with a call. The loop's
 * thread only.
 */
final class DatagramWriter {
  private final Recipients recipients;

  /** Whether sendmmsg was refused in this flush where sendto was not. */
  private boolean oneByOne;

  private String operation;

  /** Where messages go. */
  interface Recipients {

    /**
     * Writes the address that a message is to go to.
     *
     * @return its length, or 0 if it goes to the connected peer
     * @throws RuntimeException if the socket cannot send to it
     */
    int put(long memory, Object message);
  }

  DatagramWriter(Recipients recipients) {
    this.recipients = recipients;
  }

  /** A new flush of the channel begins. */
  void begin() {
    oneByOne = false;
  }

  /** The system call that the last answer is of. */
  String operation() {
    return operation;
  }

  /**
   * Sends once.
   *
   * @param limit the most datagrams to send
   * @return how many were sent, or the negative errno of the first one
   * @throws RuntimeException if the socket cannot send to the recipient of the first one
   */
  int send(LoopResources loop, int fd, ChannelOutboundBuffer in, int limit) {
    int result = 0;
    if (in.size() > 1 && limit > 1 && !oneByOne && loop.datagrams().sendMany().isUsable()) {
      result = sendMany(loop, fd, in, limit);
      if (result != 0 && !Failures.mayBeForbidden(loop.kernel().platform(), result)) {
        loop.datagrams().sendMany().worked();
        return result;
      }
    }
    return sendOne(loop, fd, in.current(), result);
  }

  /**
   * Sends a single datagram.
   *
   * @param refusal the negative errno of a sendmmsg that began with this datagram, or 0
   */
  private int sendOne(LoopResources loop, int fd, Object message, int refusal) {
    long result;
    do {
      result = send(loop, fd, message);
    } while (loop.interrupted(result));
    if (result < 0) {
      return (int) result;
    }
    if (refusal != 0) {
      // So it was not because of this datagram.
      oneByOne = true;
      loop.datagrams().sendMany().refused(loop.kernel().platform(), Call.SENDMMSG, refusal);
    }
    return 1;
  }

  private long send(LoopResources loop, int fd, Object message) {
    DatagramBatch batch = loop.datagrams().one();
    long name = batch.name(0);
    int nameLength = recipients.put(name, message);
    ByteBuf content = Datagrams.content(message);
    int length = content.readableBytes();
    // An empty buffer may have no address.
    long address = length == 0 ? name : Buffers.contents(content);
    int controlLength = loop.datagrams().putSegmentSize(batch.control(0), message);
    if (address == Buffers.NONE || controlLength > 0) {
      IovecArray iovecs = loop.iovecs();
      boolean gathered = Buffers.gather(content, iovecs);
      if (!gathered) {
        address = loop.copies().copyOf(content);
        iovecs.clear();
        iovecs.add(address, length);
      }
      if (gathered || controlLength > 0) {
        operation = "sendmsg";
        batch.send(0, nameLength, iovecs.address(), iovecs.count(), controlLength);
        return loop.kernel().sendmsg(fd, batch.headers(), loop.sendFlags());
      }
    }
    operation = "sendto";
    return nameLength == 0
        ? loop.kernel().send(fd, address, length, loop.sendFlags())
        : loop.kernel().sendto(fd, address, length, loop.sendFlags(), name, nameLength);
  }

  /**
   * Sends several datagrams. If one in the middle fails, the next call begins with it and returns
   * its errno.
   *
   * @return the number of datagrams that were sent, the negative errno of the first one, or 0 if
   *     the first one has to be sent singly
   */
  private int sendMany(LoopResources loop, int fd, ChannelOutboundBuffer in, int limit) {
    DatagramSendBatch batch = loop.datagrams().sendBatch(loop);
    if (batch.gather(recipients, in, limit) < 2) {
      return 0;
    }
    operation = "sendmmsg";
    int result;
    do {
      result = batch.send(fd);
    } while (loop.interrupted(result));
    return result;
  }
}
