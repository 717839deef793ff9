package io.github.kqueueffm.simulation;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Cuts a stream into the records of which it consists: a number, a length, and bytes that follow
 * from both. So the receiver sees if a byte is missing, doubled or out of order.
 */
final class Records {
  static final int HEAD = 8;

  private final List<Integer> numbers = new ArrayList<>();
  private int headBytes;
  private long head;
  private int left;
  private int at;
  private String fault;

  /** Writes a record of so many bytes, its head included. */
  static void write(ByteBuf out, int number, int length) {
    out.writeInt(number).writeInt(length - HEAD);
    out.writeBytes(body(number, 0, length - HEAD));
  }

  /** {@return the bytes from that place of a record on} */
  private static byte[] body(int number, int from, int count) {
    byte[] body = new byte[count];
    for (int i = 0; i < count; i++) {
      body[i] = (byte) (number * 31 + (from + i) * 7);
    }
    return body;
  }

  /** Takes received bytes. */
  void read(ByteBuf in) {
    while (in.isReadable() && fault == null) {
      if (left > 0) {
        body(in);
      } else {
        head = head << 8 | in.readByte() & 0xff;
        if (++headBytes == HEAD) {
          begin();
        }
      }
    }
  }

  private void begin() {
    headBytes = 0;
    left = (int) head;
    at = 0;
    int number = (int) (head >> 32);
    if (left < 0 || left > 10_000_000 || !numbers.isEmpty() && number <= numbers.getLast()) {
      fault = "record " + number + " of " + left + " B after " + numbers;
      return;
    }
    numbers.add(number);
  }

  private void body(ByteBuf in) {
    int number = numbers.getLast();
    int count = Math.min(left, in.readableBytes());
    byte[] got = new byte[count];
    in.readBytes(got);
    int wrong = Arrays.mismatch(got, body(number, at, count));
    if (wrong >= 0) {
      fault = "byte " + (at + wrong) + " of record " + number + " is " + (got[wrong] & 0xff);
      return;
    }
    at += count;
    left -= count;
  }

  /** {@return what was wrong with the bytes, or {@code null}} */
  String fault() {
    return fault;
  }

  /** {@return the numbers of the records that came whole} */
  List<Integer> complete() {
    return left > 0 ? numbers.subList(0, numbers.size() - 1) : numbers;
  }

  /** {@return the number of the first record, or -1} */
  int first() {
    return numbers.isEmpty() ? -1 : numbers.getFirst();
  }

  /** Whether the bytes end within a record. */
  boolean isCut() {
    return left > 0 || headBytes > 0;
  }
}
