package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Kernels;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Which parts of which buffers have an address. */
@Tag("real")
class BuffersTest {
  private static ByteBuf direct(int size) {
    return Unpooled.directBuffer(size, 1024).writerIndex(size);
  }

  private static CompositeByteBuf composite(ByteBuf... components) {
    return Unpooled.compositeBuffer(16).addComponents(true, components);
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
  void whatTheKernelCannotReachIsGatheredAsACopyAsFarAsThereIsRoom() {
    IovecArray iovecs = new IovecArray(Kernels.system().platform(), 8);
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
