package io.github.kqueueffm.syscall;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.kqueueffm.abi.Needs;
import io.github.kqueueffm.abi.SystemPromise;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileNamesTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"/", "/a", "/a b/100%/c#d?e", "a", "a/b", "../a", "", "./%41", "/\u00e4"})
  void bytesOfAPathAreThoseOfItsText(String text) {
    Path path = Path.of(text);
    assertThat(FileNames.of(path)).isEqualTo(path.toString().getBytes(UTF_8));
  }

  @Test
  void directoryHasNoSlashAtItsEnd() {
    assertThat(Files.isDirectory(directory)).isTrue();
    assertThat(FileNames.of(directory)).isEqualTo(directory.toString().getBytes(UTF_8));
  }

  @Test
  @Needs(SystemPromise.NAMES_OF_ANY_BYTES)
  void bytesThatAreNotTextStayUnchanged() {
    Path odd = Path.of(URI.create("file:///n%FF%E4%20"));
    assertThat(FileNames.of(odd)).containsExactly('/', 'n', 0xff, 0xe4, ' ');
  }

  @Test
  void kernelDoesNotKnowAPathInAnArchive() throws Exception {
    assertThat(FileNames.isKernels(directory)).isTrue();
    URI archive = URI.create("jar:" + directory.resolve("a.zip").toUri());
    try (FileSystem files = FileSystems.newFileSystem(archive, Map.of("create", "true"))) {
      assertThat(FileNames.isKernels(files.getPath("/a"))).isFalse();
    }
  }

  @Test
  void textBecomesUtf8OrIsRefused() {
    assertThat(FileNames.utf8("\u00e4\ud83d\ude00"))
        .isEqualTo("\u00e4\ud83d\ude00".getBytes(UTF_8));
    assertThatThrownBy(() -> FileNames.utf8("a\ud83d"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("half of a surrogate pair");
  }
}
