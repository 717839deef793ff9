package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

/** Which parts of which buffers have an address. */
class BuffersTest {
  private static final Platform LINUX = Platform.named("linux-x86_64");

  private static ByteBuf direct(int size) {
    return Unpooled.directBuffer(size, 1024).writerIndex(size);
  }

  private static CompositeByteBuf composite(ByteBuf... components) {
    return Unpooled.compositeBuffer(16).addComponents(true, components);
  }

  /** A buffer whose byte at an index is the index. */
  private static ByteBuf numbered(ByteBuf buffer) {
    for (int i = 0; i < buffer.writerIndex(); i++) {
      buffer.setByte(i, i);
    }
    return buffer;
  }

  private static void assertPiece(IovecArray iovecs, int index, int length, int first) {
    long entry = iovecs.address() + index * 16L;
    assertThat(Memory.getLong(entry + 8)).isEqualTo(length);
    assertThat(Memory.getByte(Memory.getLong(entry))).isEqualTo((byte) first);
  }

  @Test
  void addressIsThatOfTheReaderOrTheWriter() {
    ByteBuf buffer = direct(64).setIndex(5, 20);
    try {
      assertThat(Buffers.contents(buffer)).isEqualTo(buffer.memoryAddress() + 5);
      assertThat(Buffers.room(buffer, 44)).isEqualTo(buffer.memoryAddress() + 20);
      assertThat(Buffers.contents(Unpooled.wrappedBuffer(new byte[10]))).isEqualTo(Buffers.NONE);
    } finally {
      buffer.release();
    }
  }

  @Test
  void roomEndsWithTheBuffersMemory() {
    ByteBuf buffer = direct(64).setIndex(0, 60);
    try {
      assertThat(Buffers.room(buffer, 4)).isEqualTo(buffer.memoryAddress() + 60);
      assertThatThrownBy(() -> Buffers.room(buffer, 5))
          .isInstanceOf(IndexOutOfBoundsException.class);
    } finally {
      buffer.release();
    }
  }

  @Test
  void directAndCompositeDirectBuffersAreDirectAndHeapBuffersAreNot() {
    CompositeByteBuf composite = composite(direct(8), direct(8));
    CompositeByteBuf mixed = composite(direct(8), Unpooled.buffer(8).writerIndex(8));
    ByteBuf single = direct(8);
    try {
      assertThat(Buffers.isDirect(single)).isTrue();
      assertThat(Buffers.isDirect(composite)).isTrue();
      assertThat(Buffers.isDirect(mixed)).isFalse();
      assertThat(Buffers.isDirect(Unpooled.buffer(8))).isFalse();
    } finally {
      composite.release();
      mixed.release();
      single.release();
    }
  }

  @Test
  void piecesOfACompositeAreGatheredInOrderFromTheReaderOn() {
    IovecArray iovecs = new IovecArray(LINUX, 8);
    CompositeByteBuf composite = composite(direct(10), direct(20), direct(30));
    numbered(composite).readerIndex(4);
    try {
      assertThat(Buffers.gather(composite, iovecs)).isTrue();
      assertThat(iovecs.count()).isEqualTo(3);
      assertThat(iovecs.size()).isEqualTo(56);
      assertPiece(iovecs, 0, 6, 4);
      assertPiece(iovecs, 1, 20, 10);
      assertPiece(iovecs, 2, 30, 30);
    } finally {
      composite.release();
      iovecs.free();
    }
  }

  @Test
  void gatheringStopsWhereThereIsNoEntryLeft() {
    IovecArray iovecs = new IovecArray(LINUX, 2);
    CompositeByteBuf composite = composite(direct(10), direct(20), direct(30));
    ByteBuf single = direct(5);
    try {
      assertThat(Buffers.gather(composite, iovecs)).isFalse();
      assertThat(iovecs.size()).isEqualTo(30);
      assertThat(Buffers.gather(single, iovecs)).isFalse();
      assertThat(Buffers.gather(Unpooled.EMPTY_BUFFER, iovecs)).isTrue();
      assertThat(iovecs.count()).isEqualTo(2);
    } finally {
      composite.release();
      single.release();
      iovecs.free();
    }
  }

  @Test
  void copiesFollowOneAnotherAndHaveTheBytesOfTheirBuffers() {
    IovecArray iovecs = new IovecArray(LINUX, 8);
    CopyRoom copies = new CopyRoom();
    ByteBuf heap = numbered(Unpooled.buffer(20).writerIndex(20)).readerIndex(3);
    try {
      assertThat(Buffers.gather(heap, iovecs, copies)).isTrue();
      assertThat(Buffers.gather(heap.readerIndex(12), iovecs, copies)).isTrue();
      assertPiece(iovecs, 0, 17, 3);
      assertPiece(iovecs, 1, 8, 12);
      copies.empty();
      iovecs.clear();
      assertThat(Buffers.gather(heap.readerIndex(19), iovecs, copies)).isTrue();
      assertPiece(iovecs, 0, 1, 19);
    } finally {
      iovecs.free();
      copies.free();
    }
  }

  @Test
  void copyToDirectMemoryHasWhatCouldBeReadAndReleasesTheHolder() {
    ByteBuf heap = numbered(Unpooled.buffer(20).writerIndex(20)).readerIndex(3);
    ByteBuf copy = Buffers.copyToDirect(heap, heap, UnpooledByteBufAllocator.DEFAULT);
    try {
      assertThat(heap.refCnt()).isZero();
      assertThat(copy.isDirect()).isTrue();
      assertThat(copy.readableBytes()).isEqualTo(17);
      assertThat(copy.getByte(copy.readerIndex())).isEqualTo((byte) 3);
    } finally {
      copy.release();
    }
    ByteBuf empty = Unpooled.buffer(1);
    assertThat(Buffers.copyToDirect(empty, empty, UnpooledByteBufAllocator.DEFAULT))
        .isSameAs(Unpooled.EMPTY_BUFFER);
    assertThat(empty.refCnt()).isZero();
  }

  @Test
  void sliceOfACompositeHasNoAddressBeyondTheComponentInWhichItBegins() {
    ByteBuf slice = composite(direct(64), direct(64)).slice(10, 100);
    try {
      assertThat(Buffers.contents(slice)).isEqualTo(Buffers.NONE);
      assertThat(Buffers.room(slice.writerIndex(0), 100)).isEqualTo(Buffers.NONE);
    } finally {
      slice.release();
    }
  }

  @Test
  void compositeOfOneComponentHasTheAddressOfThat() {
    ByteBuf component = direct(64);
    CompositeByteBuf composite = composite(component);
    try {
      assertThat(Buffers.address(composite, 3, 61)).isEqualTo(Buffers.address(component, 3, 61));
    } finally {
      composite.release();
    }
  }

  @Test
  void viewOfABufferThatBecameShorterIsRefused() {
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(64, 64).writerIndex(64);
    ByteBuf slice = buffer.slice(32, 32);
    try {
      assertThat(Buffers.contents(slice)).isNotEqualTo(Buffers.NONE);
      buffer.capacity(40);
      assertThatThrownBy(() -> Buffers.contents(slice))
          .isInstanceOf(IndexOutOfBoundsException.class);
      assertThatThrownBy(() -> Buffers.room(slice.writerIndex(0), 32))
          .isInstanceOf(IndexOutOfBoundsException.class);
    } finally {
      buffer.release();
    }
  }

  @Test
  void viewOfACompositeThatLostAComponentIsRefused() {
    CompositeByteBuf composite = composite(direct(64), direct(64));
    ByteBuf slice = composite.slice(0, 128);
    try {
      composite.removeComponent(1);
      assertThatThrownBy(() -> Buffers.contents(slice))
          .isInstanceOf(IndexOutOfBoundsException.class);
    } finally {
      composite.release();
    }
  }

  @Test
  void compositeWhoseComponentBecameShorterIsRefused() {
    ByteBuf component = direct(64);
    CompositeByteBuf composite = composite(component);
    try {
      component.capacity(16);
      assertThatThrownBy(() -> Buffers.contents(composite))
          .isInstanceOf(IndexOutOfBoundsException.class);
    } finally {
      composite.release();
    }
  }

  @Test
  void nothingIsReceivedIntoAReadOnlyBuffer() {
    ByteBuf component = direct(64);
    ByteBuf readOnly = component.asReadOnly().writerIndex(0);
    CompositeByteBuf composite = composite(component.retain().asReadOnly());
    try {
      assertThatThrownBy(() -> Buffers.room(readOnly, 64))
          .isInstanceOf(ReadOnlyBufferException.class);
      composite.writerIndex(0);
      assertThatThrownBy(() -> Buffers.room(composite, 64))
          .isInstanceOf(ReadOnlyBufferException.class);
    } finally {
      readOnly.release();
      composite.release();
    }
  }

  @Test
  void heapBuffersAreCopiedIntoTheRoomThatIsLeft() {
    IovecArray iovecs = new IovecArray(LINUX, 8);
    CopyRoom copies = new CopyRoom();
    ByteBuf heap = Unpooled.buffer(CopyRoom.KEPT).writerIndex(CopyRoom.KEPT);
    ByteBuf direct = direct(10);
    try {
      assertThat(Buffers.gather(heap, iovecs)).isFalse();
      assertThat(iovecs.count()).isZero();
      assertThat(Buffers.gather(direct, iovecs, copies)).isTrue();
      assertThat(Buffers.gather(heap, iovecs, copies)).isTrue();
      assertThat(iovecs.size()).isEqualTo(10L + CopyRoom.KEPT);
      assertThat(Buffers.gather(heap, iovecs, copies)).isFalse();
      assertThat(iovecs.size()).isEqualTo(10L + CopyRoom.KEPT);
    } finally {
      direct.release();
      iovecs.free();
      copies.free();
    }
  }
}
