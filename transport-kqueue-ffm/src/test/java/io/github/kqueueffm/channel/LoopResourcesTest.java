package io.github.kqueueffm.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.IovecArray;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.github.kqueueffm.syscall.ScriptedCalls;
import io.github.kqueueffm.syscall.Sockaddr;
import io.netty.buffer.Unpooled;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The memory that a loop's channels share is made ready for each use, and freed with the loop. */
class LoopResourcesTest {
  private static final InetSocketAddress PEER =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.1"), 80);

  private final long memoryBefore = NativeMemory.live();
  private final Platform platform = Platform.named("freebsd-x86_64");
  private final LoopResources loop =
      new LoopResources(ScriptedCalls.of("freebsd-x86_64").kernel(), true, null);

  @AfterEach
  void leavesNoMemory() {
    loop.close();
    assertThat(NativeMemory.live()).isEqualTo(memoryBefore);
  }

  @Test
  void eachAcceptHasTheWholeRoomForAnAddress() {
    int room = Sockaddr.of(platform).size();
    for (int i = 0; i < 2; i++) {
      long length = loop.acceptLength();
      assertThat(Memory.getInt(length)).isEqualTo(room);
      assertThat(loop.acceptAddress()).isGreaterThanOrEqualTo(length + Integer.BYTES);
      int used = loop.sockaddr().put(loop.acceptAddress(), PEER, platform.get(Constant.AF_INET));
      Memory.putInt(length, used);
      assertThat(loop.acceptedAddress()).isEqualTo(PEER);
    }
  }

  @Test
  void eachWriteBeginsWithoutEntriesAndCopies() {
    IovecArray first = loop.iovecs();
    loop.copies().add(Unpooled.wrappedBuffer(new byte[] {1, 2, 3}), 0, 3, first);
    long copy = Memory.getLong(first.address());
    IovecArray second = loop.iovecs();
    assertThat(second.count()).isZero();
    loop.copies().add(Unpooled.wrappedBuffer(new byte[] {4}), 0, 1, second);
    assertThat(Memory.getLong(second.address())).isEqualTo(copy);
  }
}
