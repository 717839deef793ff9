package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Kernel;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A peer without a channel: it makes system calls directly, and is slow, floods, closes half,
 * resets or vanishes. The driver's thread lets it act.
 */
final class RawPeer {
  private static final int ROOM = 8_192;

  private final Kernel kernel;
  private final int fd;
  private final Ledger ledger;
  private final SplittableRandom random;
  private final long memory = NativeMemory.allocate(ROOM);
  private final Conversation talk;
  private final List<Integer> offered = new ArrayList<>();
  private final ByteBuf out = Unpooled.buffer();
  private boolean open = true;
  private boolean linked;
  private boolean outputClosed;

  RawPeer(
      Conversation talk,
      Kernel kernel,
      int fd,
      Ledger ledger,
      SplittableRandom random,
      boolean initiator) {
    this.talk = talk;
    this.kernel = kernel;
    this.fd = fd;
    this.ledger = ledger;
    this.random = random;
    linked = initiator;
    if (initiator) {
      offer(64);
    }
  }

  Ledger ledger() {
    return ledger;
  }

  boolean isOpen() {
    return open;
  }

  /** Does one thing. */
  void act() {
    if (!open) {
      return;
    }
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4 -> read();
      case 5, 6, 7 -> {
        offer(Records.HEAD + random.nextInt(2_000));
        write();
      }
      case 8 -> {
        for (int i = 0; i < 20; i++) {
          offer(6_000);
        }
        write();
      }
      case 9, 10, 11 -> write();
      case 12 -> rarely(this::shutdownOutput);
      case 13 -> rarely(this::vanish);
      case 14 -> rarely(this::reset);
      default -> {
        // It is slow.
      }
    }
  }

  private void rarely(Runnable action) {
    if (random.nextInt(5) == 0) {
      action.run();
    }
  }

  private void offer(int size) {
    if (outputClosed) {
      return;
    }
    int record = ledger.offer();
    offered.add(record);
    Records.write(out, record, size);
  }

  /** Sends what the kernel takes. */
  void write() {
    while (open && out.isReadable()) {
      int count = Math.min(out.readableBytes(), ROOM);
      byte[] bytes = new byte[count];
      out.getBytes(out.readerIndex(), bytes);
      Memory.copy(bytes, 0, memory, count);
      long sent = kernel.send(fd, memory, count, noSignal());
      if (sent < 0) {
        failed(sent);
        return;
      }
      out.skipBytes((int) sent);
      if (sent < count) {
        return;
      }
    }
    if (open && !out.isReadable()) {
      ledger.confirmed.addAll(offered);
      offered.clear();
    }
  }

  private int noSignal() {
    return kernel.platform().getOr(Constant.MSG_NOSIGNAL, 0);
  }

  private void failed(long result) {
    Errno errno = kernel.platform().errno((int) -result);
    switch (errno) {
      case EAGAIN, ENOTCONN, EINPROGRESS, ENOBUFS -> {
        // Later.
      }
      default -> {
        ledger.failures.add(new IllegalStateException(String.valueOf(errno)));
        release();
      }
    }
  }

  /** Reads until nothing is left; closes after the end. */
  void read() {
    while (open) {
      long count = kernel.recv(fd, memory, 1 + random.nextInt(ROOM), 0);
      if (count < 0) {
        failed(count);
        return;
      }
      if (count == 0) {
        ended();
        return;
      }
      byte[] bytes = new byte[(int) count];
      Memory.copy(memory, bytes, 0, bytes.length);
      ledger.received.read(Unpooled.wrappedBuffer(bytes));
      if (!linked && ledger.received.first() >= 0) {
        linked = true;
        talk.link(ledger, ledger.received.first());
      }
    }
  }

  private void ended() {
    ledger.sawEnd = true;
    if (talk.isCalm() || random.nextInt(3) != 0) {
      release();
    }
  }

  void shutdownOutput() {
    if (open && !outputClosed && !out.isReadable()) {
      outputClosed = true;
      kernel.shutdown(fd, kernel.platform().get(Constant.SHUT_WR));
    }
  }

  private void vanish() {
    ledger.stoppedReading = true;
    release();
  }

  private void reset() {
    ledger.stoppedReading = true;
    int width = kernel.platform().struct("linger").size();
    Memory.clear(memory, width);
    Memory.put(
        memory + kernel.platform().struct("linger").offset("l_onoff"),
        kernel.platform().struct("linger").width("l_onoff"),
        1);
    kernel.setsockopt(
        fd,
        kernel.platform().get(Constant.SOL_SOCKET),
        kernel.platform().get(Constant.SO_LINGER),
        memory,
        width);
    release();
  }

  /** Reads all, sends the rest, ends its output and then closes. */
  void windDown() {
    read();
    write();
    shutdownOutput();
  }

  void release() {
    if (open) {
      open = false;
      kernel.close(fd);
      NativeMemory.free(memory);
    }
  }
}
