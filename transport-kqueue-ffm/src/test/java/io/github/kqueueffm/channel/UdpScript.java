package io.github.kqueueffm.channel;

import static io.github.kqueueffm.syscall.ScriptedKernel.ANY;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.github.kqueueffm.syscall.Expectation;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.ScriptedKernel;
import java.util.Arrays;

/** What datagrams are made of, as expectations of a script. */
final class UdpScript {
  private static final int SO_BROADCAST = 0x20;

  /** Offsets in the struct msghdr that all of these systems have. */
  private static final int NAME_LENGTH = 8;

  private static final int IOVECS = 16;
  private static final int CONTROL = 32;
  private static final int CONTROL_LENGTH = 40;

  /** A struct mmsghdr is a struct msghdr and a length, 56 bytes on all of these systems. */
  private static final long MMSGHDR = 56;

  private static final int MMSG_LENGTH = 48;

  private final Os os;
  private final ScriptedKernel script;

  UdpScript(Os os, ScriptedKernel script) {
    this.os = os;
    this.script = script;
  }

  /** Netty asks before each bind, to warn of what Linux does not deliver. */
  void asksForBroadcast(int fd) {
    script.expect("getsockopt", fd, Os.SOL_SOCKET, SO_BROADCAST).writesInts(4, 4);
  }

  void localName(int fd, byte[] address) {
    script.expect("getsockname", fd).writes(1, address).writesInts(2, address.length);
  }

  /** A datagram arrives, with control messages if they were asked for. */
  void recv(int fd, String text, byte[] sender, byte... control) {
    script
        .expect("recvmsg", fd, ANY, 0)
        .where(call ->
            Memory.getLong(call.argument(1) + CONTROL) != 0 == control.length > 0
                ? null
                : "it asks for control messages, or does not")
        .does(call -> {
          long header = call.argument(1);
          byte[] bytes = text.getBytes(US_ASCII);
          long iovec = Memory.getLong(header + IOVECS);
          int taken = (int) Math.min(bytes.length, Memory.getLong(iovec + 8));
          Memory.copy(bytes, 0, Memory.getLong(iovec), taken);
          Memory.copy(sender, 0, Memory.getLong(header), sender.length);
          Memory.putInt(header + NAME_LENGTH, sender.length);
          Memory.copy(control, 0, Memory.getLong(header + CONTROL), control.length);
          Memory.putInt(header + CONTROL_LENGTH, control.length);
          return taken;
        });
  }

  /** Datagrams that one recvmmsg(2) with so many slots receives. */
  Expectation recvMany(int fd, int slots, byte[][] senders, String... texts) {
    return script
        .expect("recvmmsg", fd, ANY, slots, 0, 0)
        .does(call -> {
          for (int i = 0; i < texts.length; i++) {
            long header = call.argument(1) + MMSGHDR * i;
            byte[] bytes = texts[i].getBytes(US_ASCII);
            byte[] sender = senders[i % senders.length];
            Memory.copy(bytes, 0, Memory.getLong(Memory.getLong(header + IOVECS)), bytes.length);
            Memory.copy(sender, 0, Memory.getLong(header), sender.length);
            Memory.putInt(header + NAME_LENGTH, sender.length);
            Memory.putInt(header + MMSG_LENGTH, bytes.length);
          }
          return texts.length;
        });
  }

  Expectation recv(int fd) {
    return script.expect("recvmsg", fd, ANY, 0);
  }

  /** One to an address; not answered yet. */
  Expectation send(int fd, String text, byte[] recipient) {
    return script
        .expect("sendto", fd, ANY, text.length(), os.msgNoSignal(), ANY, recipient.length)
        .with(1, text.getBytes(US_ASCII))
        .with(4, recipient);
  }

  /** Several to one address, by one call where there is sendmmsg(2). */
  void sendAll(int fd, byte[] recipient, String... texts) {
    if (!os.hasSendmmsg()) {
      for (String text : texts) {
        send(fd, text, recipient).answers(text.length());
      }
      return;
    }
    sendMany(fd, recipient, texts).answers(texts.length);
  }

  /** Several to one address by sendmmsg(2), or the first of them; not answered yet. */
  Expectation sending(int fd, byte[] recipient, String... texts) {
    return texts.length > 1 && os.hasSendmmsg()
        ? sendMany(fd, recipient, texts)
        : send(fd, texts[0], recipient);
  }

  private Expectation sendMany(int fd, byte[] recipient, String... texts) {
    Expectation expectation = script.expect("sendmmsg", fd, ANY, texts.length, os.msgNoSignal());
    for (int i = 0; i < texts.length; i++) {
      long offset = MMSGHDR * i;
      String text = texts[i];
      expectation.where(call -> objection(call.argument(1) + offset, text, recipient));
    }
    return expectation;
  }

  private static String objection(long header, String text, byte[] recipient) {
    byte[] name = new byte[recipient.length];
    Memory.copy(Memory.getLong(header), name, 0, name.length);
    long iovec = Memory.getLong(header + IOVECS);
    byte[] bytes = new byte[(int) Memory.getLong(iovec + 8)];
    Memory.copy(Memory.getLong(iovec), bytes, 0, bytes.length);
    boolean right =
        Arrays.equals(name, recipient)
            && Memory.getInt(header + NAME_LENGTH) == recipient.length
            && Memory.getInt(header + IOVECS + 8) == 1
            && Memory.getLong(header + CONTROL) == 0
            && new String(bytes, US_ASCII).equals(text);
    return right ? null : "a message is not " + text;
  }
}
