package io.github.kqueueffm.kqueue;

import io.github.kqueueffm.syscall.Kernel;
import java.util.List;
import org.junit.jupiter.api.Named;

/** The kernels of this machine that serve kqueues, each once, by name, for the packages above. */
public final class ProvidedKernels {
  private ProvidedKernels() {}

  public static List<Named<Kernel>> all() {
    return Provider.all().stream()
        .filter(provider -> !provider.name().equals("embedded, detailed"))
        .map(provider -> Named.of(provider.name(), provider.kernel()))
        .toList();
  }
}
