package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The bytes of copies, and how long their memory stays. */
class CopyRoomTest {
  private final long memoryBefore = NativeMemory.live();
  private final CopyRoom copies = new CopyRoom();
  private IovecArray iovecs;

  @BeforeEach
  void open() {
    iovecs = new IovecArray(Platform.named("linux-x86_64"), 2);
  }

  @AfterEach
  void leavesNoMemory() {
    copies.free();
    iovecs.free();
    assertThat(NativeMemory.live()).isEqualTo(memoryBefore);
  }

  private static ByteBuf heap(String text) {
    return Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
  }

  private static String text(long address, int length) {
    byte[] bytes = new byte[length];
    Memory.copy(address, bytes, 0, length);
    return new String(bytes, StandardCharsets.US_ASCII);
  }

  private String entry(int index) {
    long entry = iovecs.address() + (long) index * IovecArray.ENTRY;
    return text(Memory.getLong(entry), (int) Memory.getLong(entry + Long.BYTES));
  }

  private long live() {
    return NativeMemory.live() - memoryBefore;
  }

  @Test
  void copyHasWhatCanBeReadAndLeavesTheIndexes() {
    ByteBuf buffer = heap("xabcdx").readerIndex(1).writerIndex(5);
    assertThat(text(copies.copyOf(buffer), 4)).isEqualTo("abcd");
    assertThat(buffer.readerIndex()).isEqualTo(1);
    assertThat(buffer.readableBytes()).isEqualTo(4);
  }

  @Test
  void receivedBytesAreAppendedToTheirBuffer() {
    long memory = copies.take(4);
    Memory.copy("abcd".getBytes(StandardCharsets.US_ASCII), 0, memory, 4);
    ByteBuf buffer = Unpooled.buffer(8).writeByte('>');
    copies.moveTo(buffer, 3);
    assertThat(buffer.toString(StandardCharsets.US_ASCII)).isEqualTo(">abc");
    copies.moveTo(buffer, 0);
    copies.moveTo(buffer, -11);
    assertThat(buffer.readableBytes()).as("nothing was received").isEqualTo(4);
  }

  @Test
  void copiesThatWereAddedStayUntilTheRoomIsEmptied() {
    assertThat(copies.add(heap("abcdef"), 1, 3, iovecs)).isTrue();
    assertThat(copies.add(heap("xyz"), 0, 3, iovecs)).isTrue();
    assertThat(entry(0)).isEqualTo("bcd");
    assertThat(entry(1)).isEqualTo("xyz");
    iovecs.clear();
    copies.empty();
    assertThat(copies.add(heap("123"), 0, 3, iovecs)).isTrue();
    assertThat(entry(0)).isEqualTo("123");
  }

  @Test
  void memoryThatWasTakenIsNotForgottenWhenCopiesAreAddedToIt() {
    long taken = copies.take(10);
    assertThat(copies.add(heap("abc"), 0, 3, iovecs)).isTrue();
    assertThat(Memory.getLong(iovecs.address())).isEqualTo(taken + 10);
    long again = copies.take(4);
    assertThat(again).isEqualTo(taken);
    iovecs.clear();
    copies.add(heap("abc"), 0, 3, iovecs);
    assertThat(Memory.getLong(iovecs.address())).isEqualTo(again + 4);
  }

  @Test
  void noMoreIsCopiedThanTheRoomHolds() {
    ByteBuf large = Unpooled.wrappedBuffer(new byte[CopyRoom.KEPT + 1]);
    assertThat(copies.add(large, 0, CopyRoom.KEPT + 1, iovecs)).as("a part only").isFalse();
    assertThat(iovecs.size()).isEqualTo(CopyRoom.KEPT);
  }

  @Test
  void nothingIsAddedWithoutAnEntry() {
    copies.add(heap("a"), 0, 1, iovecs);
    copies.add(heap("b"), 0, 1, iovecs);
    assertThat(copies.add(heap("c"), 0, 1, iovecs)).isFalse();
    assertThat(iovecs.count()).isEqualTo(2);
    assertThat(iovecs.size()).isEqualTo(2);
  }

  @Test
  void memoryOfAStreamStaysAndThatOfALargeDatagramDoesNot() {
    long kept = copies.take(CopyRoom.KEPT);
    assertThat(copies.take(1)).isEqualTo(kept);
    copies.empty();
    assertThat(live()).as("the array's and the copies'").isEqualTo(2);
    copies.take(CopyRoom.KEPT + 1);
    assertThat(live()).as("the smaller one is freed").isEqualTo(2);
    copies.empty();
    assertThat(live()).as("the array's").isEqualTo(1);
    copies.take(CopyRoom.KEPT + 1);
    copies.take(1);
    copies.empty();
    assertThat(live()).as("that of the next call, which is small").isEqualTo(2);
    copies.free();
    copies.free();
    assertThat(live()).isEqualTo(1);
  }
}
