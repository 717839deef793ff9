package io.github.kqueueffm.simulation;

import io.github.kqueueffm.abi.Errno;
import io.github.kqueueffm.syscall.Memory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Paths and errors of the machine's file system. */
final class MachinePaths {
  private MachinePaths() {}

  /** {@return the path of a C string, whose bytes are as they are} */
  static Path at(long string) {
    return of(bytes(string));
  }

  /** {@return the bytes of a C string} */
  static byte[] bytes(long string) {
    ByteArrayOutputStream name = new ByteArrayOutputStream();
    for (long at = string; Memory.getByte(at) != 0; at++) {
      name.write(Memory.getByte(at));
    }
    return name.toByteArray();
  }

  /** {@return the path of those bytes} A URI carries them whatever the locale is. */
  static Path of(byte[] name) {
    if (name.length == 0) {
      return null;
    }
    StringBuilder uri = new StringBuilder("file://");
    if (name[0] != '/') {
      uri.append(Path.of("").toUri().getRawPath());
    }
    for (byte b : name) {
      if (b == '/' || Character.isLetterOrDigit(b)) {
        uri.append((char) b);
      } else {
        uri.append('%').append(String.format("%02X", b));
      }
    }
    return Path.of(URI.create(uri.toString()));
  }

  /** {@return the errno that a failure of java.nio stands for} */
  static Errno errno(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return Errno.ENOENT;
    }
    if (failure instanceof AccessDeniedException) {
      return Errno.EACCES;
    }
    if (failure instanceof DirectoryNotEmptyException) {
      return Errno.ENOTEMPTY;
    }
    if (failure instanceof FileAlreadyExistsException) {
      return Errno.EEXIST;
    }
    String reason =
        failure instanceof FileSystemException ofFile ? ofFile.getReason() : failure.getMessage();
    for (Errno errno : Errno.values()) {
      if (errno.text().equals(reason)) {
        return errno;
      }
    }
    return Errno.EIO;
  }
}
