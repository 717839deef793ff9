package io.github.kqueueffm.abi;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.kqueueffm.channel.KQueueFfm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class TransportVersionTest {
  @Test
  void versionInTheCodeIsThatOfTheBuild() throws IOException {
    var parent =
        Pattern.compile("(?s)<parent>.*?<version>([^<]+)</version>.*?</parent>")
            .matcher(Files.readString(Path.of("pom.xml")));
    assertThat(parent.find()).isTrue();
    assertThat(KQueueFfm.version()).isEqualTo(TransportVersion.VERSION).isEqualTo(parent.group(1));
  }
}
