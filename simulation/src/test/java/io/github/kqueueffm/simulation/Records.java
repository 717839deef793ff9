package io.github.kqueueffm.simulation;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
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
    for (int i = 0; i < length - HEAD; i++) {
      out.writeByte(expected(number, i));
    }
  }

  private static int expected(int number, int index) {
    return number * 31 + index * 7 & 0xff;
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
    for (int i = 0; i < count; i++) {
      int b = in.readByte() & 0xff;
      if (b != expected(number, at)) {
        fault = "byte " + at + " of record " + number + " is " + b;
        return;
      }
      at++;
    }
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
