package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.abi.Struct;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.Msghdr;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.Sockaddr;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No message of a batch shares memory with another, and each has what its call needs. */
class DatagramBatchLayoutTest {
  private static final int CAPACITY = 3;

  private record Part(long address, long length) {}

  private static int stride(Platform platform) {
    Msghdr layout = new Msghdr(platform);
    return Math.max(layout.size(), layout.manySize());
  }

  private static long pointer(long header, Struct msghdr, String field) {
    return Memory.getLong(header + msghdr.offset(field));
  }

  private static long number(long header, Struct msghdr, String field) {
    return Memory.getUnsigned(header + msghdr.offset(field), msghdr.width(field));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linux-x86_64",
        "freebsd-x86_64",
        "macos-aarch64",
        "netbsd-x86_64",
        "openbsd-x86_64",
        "dragonfly-x86_64"
      })
  void partsOfAllMessagesAreApart(String name) {
    long before = NativeMemory.live();
    Platform platform = Platform.named(name);
    Struct msghdr = platform.struct("msghdr");
    int stride = stride(platform);
    DatagramBatch batch = new DatagramBatch(platform, CAPACITY);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < CAPACITY; i++) {
      batch.receiveInto(i, 1000 + i, 10 + i, true);
      parts.add(new Part(batch.headers() + (long) i * stride, stride));
    }
    for (int i = 0; i < CAPACITY; i++) {
      long header = batch.headers() + (long) i * stride;
      long iovec = pointer(header, msghdr, "msg_iov");
      assertThat(number(header, msghdr, "msg_iovlen")).isEqualTo(1);
      assertThat(Memory.getLong(iovec)).isEqualTo(1000 + i);
      assertThat(Memory.getLong(iovec + Long.BYTES)).isEqualTo(10 + i);
      assertThat(pointer(header, msghdr, "msg_name")).isEqualTo(batch.name(i));
      assertThat(number(header, msghdr, "msg_namelen")).isEqualTo(Sockaddr.of(platform).size());
      assertThat(pointer(header, msghdr, "msg_control")).isEqualTo(batch.control(i));
      assertThat(number(header, msghdr, "msg_controllen")).isPositive();
      parts.add(new Part(iovec, IovecArray.ENTRY));
      parts.add(new Part(batch.name(i), number(header, msghdr, "msg_namelen")));
      parts.add(new Part(batch.control(i), number(header, msghdr, "msg_controllen")));
    }
    parts.sort(Comparator.comparingLong(Part::address));
    // One after the other, without a gap: the sum of their lengths is what was allocated.
    long end = batch.headers();
    for (Part part : parts) {
      assertThat(part.address()).isEqualTo(end);
      end += part.length();
    }
    batch.close();
    assertThat(NativeMemory.live()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "freebsd-x86_64", "macos-aarch64"})
  void messageWithoutRecipientOrControlHasNoneAndAlwaysAnIovec(String name) {
    Platform platform = Platform.named(name);
    Struct msghdr = platform.struct("msghdr");
    DatagramBatch batch = new DatagramBatch(platform, CAPACITY);
    try {
      long header = batch.headers();
      batch.receiveInto(0, 1000, 10, false);
      assertThat(pointer(header, msghdr, "msg_control")).isZero();
      assertThat(number(header, msghdr, "msg_controllen")).isZero();

      batch.send(0, 0, 2000, 2, 0);
      assertThat(pointer(header, msghdr, "msg_name")).isZero();
      assertThat(number(header, msghdr, "msg_namelen")).isZero();
      assertThat(pointer(header, msghdr, "msg_iov")).isEqualTo(2000);
      assertThat(number(header, msghdr, "msg_iovlen")).isEqualTo(2);
      assertThat(pointer(header, msghdr, "msg_control")).isZero();

      batch.send(0, 16, 2000, 0, 0);
      assertThat(pointer(header, msghdr, "msg_name")).isEqualTo(batch.name(0));
      assertThat(number(header, msghdr, "msg_namelen")).isEqualTo(16);
      assertThat(number(header, msghdr, "msg_iovlen")).isEqualTo(1);
      long empty = pointer(header, msghdr, "msg_iov");
      assertThat(empty).isNotEqualTo(2000);
      assertThat(Memory.getLong(empty + Long.BYTES)).as("no bytes").isZero();

      batch.send(1, 16, 2000, 1, 24);
      long second = header + Math.max(new Msghdr(platform).size(), new Msghdr(platform).manySize());
      assertThat(pointer(second, msghdr, "msg_control")).isEqualTo(batch.control(1));
      assertThat(number(second, msghdr, "msg_controllen")).isEqualTo(24);
    } finally {
      batch.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"linux-x86_64", "freebsd-x86_64"})
  void receivedBytesAreTheSumOfTheFirstMessages(String name) {
    Platform platform = Platform.named(name);
    Msghdr layout = new Msghdr(platform);
    DatagramBatch batch = new DatagramBatch(platform, CAPACITY);
    try {
      for (int i = 0; i < CAPACITY; i++) {
        // struct mmsghdr: the header, then the count.
        Memory.putLong(batch.headers() + (long) i * layout.manySize() + layout.size(), 100 + i);
      }
      assertThat(batch.received(2)).isEqualTo(102);
      assertThat(batch.receivedByAll(2)).isEqualTo(201);
      assertThat(batch.receivedByAll(0)).isZero();
    } finally {
      batch.close();
    }
  }
}
