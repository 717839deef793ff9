package io.github.kqueueffm.simulation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Makes folders whose paths have one length. A local datagram takes room for its sender's name, so
 * a longer path would change what a seed does.
 */
final class FolderOfOneLength implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext extension)
      throws IOException {
    String name = String.format("ks%08x", ThreadLocalRandom.current().nextInt());
    return Files.createDirectory(Path.of("/tmp", name));
  }
}
