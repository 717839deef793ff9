package io.github.kqueueffm.channel;

import io.github.kqueueffm.abi.Constant;
import io.github.kqueueffm.abi.Platform;
import io.github.kqueueffm.syscall.Failures;
import io.github.kqueueffm.syscall.KernelSocket;
import io.github.kqueueffm.syscall.Memory;
import io.github.kqueueffm.syscall.NativeMemory;
import io.netty.channel.ChannelException;
import io.netty.channel.unix.GenericUnixChannelOption;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Options that the user gives by level and number. A refusal by the kernel is thrown. A connection
 * that is gone takes every value, and an option that the kernel no longer reports of it reads as 0.
 */
final class GenericOptions {
  private GenericOptions() {}

  /** Whether the option is SO_LINGER, in any unit of time. */
  static boolean isLinger(Platform platform, GenericUnixChannelOption<?> option) {
    int linger = platform.get(Constant.SO_LINGER);
    return option.level() == platform.get(Constant.SOL_SOCKET)
        && (option.optname() == linger
            || option.optname() == platform.getOr(Constant.SO_LINGER_SEC, linger));
  }

  static <T> T get(KernelSocket socket, GenericUnixChannelOption<T> option) {
    try {
      return read(socket, option);
    } catch (IOException | UnsupportedOperationException e) {
      if (e instanceof IOException && socket.isGone()) {
        return zero(option);
      }
      throw new ChannelException(
          "cannot read " + OptionTable.name(option) + ": " + Failures.reason(e), e);
    }
  }

  @SuppressWarnings("unchecked")
  private static <T> T read(KernelSocket socket, GenericUnixChannelOption<T> option)
      throws IOException {
    return option instanceof IntegerUnixChannelOption
        ? (T) Integer.valueOf(socket.getInt(option.level(), option.optname()))
        : (T) getRaw(socket, raw(option));
  }

  @SuppressWarnings("unchecked")
  private static <T> T zero(GenericUnixChannelOption<T> option) {
    return option instanceof IntegerUnixChannelOption
        ? (T) Integer.valueOf(0)
        : (T) ByteBuffer.allocate(raw(option).length());
  }

  static <T> void set(KernelSocket socket, GenericUnixChannelOption<T> option, T value) {
    try {
      if (value instanceof Integer number) {
        socket.setInt(option.level(), option.optname(), number);
      } else {
        setRaw(socket, raw(option), (ByteBuffer) value);
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new ChannelException(
          "cannot set " + OptionTable.name(option) + ": " + Failures.reason(e), e);
    }
  }

  private static RawUnixChannelOption raw(GenericUnixChannelOption<?> option) {
    return (RawUnixChannelOption) option;
  }

  private static ByteBuffer getRaw(KernelSocket socket, RawUnixChannelOption option)
      throws IOException {
    byte[] bytes = new byte[option.length()];
    long memory = NativeMemory.allocate(bytes.length);
    try {
      int filled = socket.getBytes(option.level(), option.optname(), memory, bytes.length);
      Memory.copy(memory, bytes, 0, bytes.length);
      return ByteBuffer.wrap(bytes, 0, Math.min(filled, bytes.length));
    } finally {
      NativeMemory.free(memory);
    }
  }

  private static void setRaw(KernelSocket socket, RawUnixChannelOption option, ByteBuffer value)
      throws IOException {
    byte[] bytes = new byte[value.remaining()];
    value.duplicate().get(bytes);
    long memory = NativeMemory.allocate(bytes.length);
    try {
      Memory.copy(bytes, 0, memory, bytes.length);
      socket.setBytes(option.level(), option.optname(), memory, bytes.length);
    } finally {
      NativeMemory.free(memory);
    }
  }
}
