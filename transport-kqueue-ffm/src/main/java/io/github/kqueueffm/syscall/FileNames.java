package io.github.kqueueffm.syscall;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Encodes names of files into the bytes that the kernel takes. */
public final class FileNames {
  private static final int HEX = 16;
  private static final int ASCII = 0x7f;

  /** Whether the byte of ASCII stands for each of its characters in the locale's encoding. */
  private static final boolean ENCODES_ASCII_AS_ASCII =
      List.of("UTF-8", "US-ASCII", "ISO-8859-1", "ANSI_X3.4-1968")
          .contains(System.getProperty("sun.jnu.encoding", ""));

  private FileNames() {}

  /**
   * {@return a text in UTF-8, independent of the locale}
   *
   * @throws IllegalArgumentException if the text contains half of a surrogate pair
   */
  static byte[] utf8(String name) {
    try {
      ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(name));
      return Arrays.copyOfRange(bytes.array(), bytes.arrayOffset(), bytes.limit());
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "the name \""
              + name
              + "\" cannot be written in UTF-8: it contains half of a surrogate pair (a lone"
              + " surrogate)",
          e);
    }
  }

  /**
   * Whether the kernel knows the path. It does not know a path in an archive, or in a file system
   * that replaces Java's default one.
   */
  public static boolean isKernels(Path path) {
    FileSystem system = path.getFileSystem();
    return system.equals(FileSystems.getDefault())
        && system.getClass().getModule().equals(Object.class.getModule());
  }

  /**
   * {@return the bytes that Java itself passes to the kernel for a path} The path's text is not
   * enough, because a name from a directory can contain bytes that the locale's encoding lacks. A
   * relative path stays relative, independent of the property {@code user.dir}.
   *
   * @param path one that the kernel {@linkplain #isKernels(Path) knows}
   */
  public static byte[] of(Path path) {
    String text = path.toString();
    if (text.isEmpty() || ENCODES_ASCII_AS_ASCII && isAscii(text)) {
      return text.getBytes(StandardCharsets.US_ASCII);
    }
    byte[] absolute = bytesOfUri(path);
    if (path.isAbsolute()) {
      return absolute;
    }
    // A URI is absolute, but a socket's address has limited room and takes the path as given.
    byte[] directory = bytesOfUri(path.getFileSystem().getPath(""));
    int start = directory.length == 1 ? 1 : directory.length + 1;
    return Arrays.copyOfRange(absolute, start, absolute.length);
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > ASCII) {
        return false;
      }
    }
    return true;
  }

  /** A path's URI is the only API of Java with the path's bytes, which it escapes. */
  private static byte[] bytesOfUri(Path path) {
    String text = path.toUri().getRawPath();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) == '%') {
        bytes.write(Integer.parseInt(text, i + 1, i + 3, HEX));
        i += 2;
      } else {
        bytes.write(text.charAt(i));
      }
    }
    byte[] name = bytes.toByteArray();
    // A directory's URI ends with a slash, a path does not.
    boolean slash = name.length > 1 && name[name.length - 1] == '/';
    return slash ? Arrays.copyOf(name, name.length - 1) : name;
  }
}
