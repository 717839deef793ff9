package io.netty.channel.kqueue;

import static japicmp.model.AccessModifier.PUBLIC;
import static org.assertj.core.api.Assertions.assertThat;

import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.model.JApiBehavior;
import japicmp.model.JApiClass;
import japicmp.model.JApiCompatibility;
import japicmp.model.JApiCompatibilityChangeType;
import japicmp.model.JApiHasAccessModifier;
import java.io.File;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What code that is compiled against Netty's jar finds here. Every difference that such code could
 * notice is in a list, and nothing is in it that is none.
 */
class SignaturesTest {
  private static final String LIST = "differences.txt";

  /** Nobody else can extend these classes: they are final, or their constructors are not public. */
  private static final Set<JApiCompatibilityChangeType> FOR_SUBCLASSES =
      EnumSet.of(
          JApiCompatibilityChangeType.METHOD_NOW_FINAL,
          JApiCompatibilityChangeType.METHOD_ABSTRACT_ADDED_IN_SUPERCLASS,
          JApiCompatibilityChangeType.METHOD_ABSTRACT_ADDED_IN_IMPLEMENTED_INTERFACE);

  @Test
  void callersOfNettysClassesFindAllButWhatTheListNames(@TempDir Path directory) throws Exception {
    Set<String> differences = new TreeSet<>();
    for (JApiClass type : compare(ourJar(directory.resolve("ours.jar")))) {
      differences.addAll(differences(type));
    }
    assertThat(differences).isEqualTo(listed());
  }

  private static List<JApiClass> compare(Path ours) {
    JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
    options.setAccessModifier(PUBLIC);
    options.setClassPathMode(JarArchiveComparatorOptions.ClassPathMode.TWO_SEPARATE_CLASSPATHS);
    options.getOldClassPath().addAll(nettysOthers());
    options.getNewClassPath().addAll(classPath().map(Path::toString).toList());
    JApiCmpArchive theirs =
        new JApiCmpArchive(new File(System.getProperty("netty.kqueue.jar")), "theirs");
    return new JarArchiveComparator(options)
        .compare(theirs, new JApiCmpArchive(ours.toFile(), "ours"));
  }

  private static List<String> nettysOthers() {
    return classPath()
        .filter(entry -> entry.getFileName().toString().startsWith("netty-"))
        .map(Path::toString)
        .toList();
  }

  private static Stream<Path> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator)).map(Path::of);
  }

  /** The classes under test as the jar that they will be in. */
  private static Path ourJar(Path jar) throws Exception {
    Path classes =
        Path.of(KQueue.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (OutputStream file = Files.newOutputStream(jar);
        JarOutputStream out = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path path : files.filter(Files::isRegularFile).toList()) {
        String name = classes.relativize(path).toString().replace(File.separatorChar, '/');
        out.putNextEntry(new JarEntry(name));
        Files.copy(path, out);
      }
    }
    return jar;
  }

  private static List<String> differences(JApiClass type) {
    List<String> lines = new ArrayList<>();
    String name =
        type.getFullyQualifiedName().replaceFirst("^io\\.netty\\.channel\\.kqueue\\.", "");
    if (name.startsWith("AbstractKQueueChannel$")) {
      // Public inside of a class that is not.
      return lines;
    }
    add(lines, name, type);
    if (lines.contains(name + " CLASS_TYPE_CHANGED")) {
      // All else is a consequence.
      return List.of(name + " CLASS_TYPE_CHANGED");
    }
    add(lines, name, type.getSuperclass());
    type.getInterfaces().forEach(each -> add(lines, name, each));
    type.getConstructors().forEach(each -> addPublic(lines, name + '.' + signature(each), each));
    type.getMethods().forEach(each -> addPublic(lines, name + '.' + signature(each), each));
    type.getFields().forEach(each -> addPublic(lines, name + '.' + each.getName(), each));
    return lines;
  }

  private static <T extends JApiCompatibility & JApiHasAccessModifier> void addPublic(
      List<String> lines, String what, T member) {
    if (member.getAccessModifier().getOldModifier().filter(PUBLIC::equals).isPresent()) {
      add(lines, what, member);
    }
  }

  private static String signature(JApiBehavior method) {
    List<String> parameters =
        method.getParameters().stream()
            .map(parameter -> parameter.getType().replaceFirst("^.*\\.", ""))
            .toList();
    return method.getName() + '(' + String.join(", ", parameters) + ')';
  }

  private static void add(List<String> lines, String what, JApiCompatibility element) {
    element.getCompatibilityChanges().stream()
        .filter(change -> !change.isBinaryCompatible() || !change.isSourceCompatible())
        .filter(change -> !FOR_SUBCLASSES.contains(change.getType()))
        .forEach(change -> lines.add(what + " " + change.getType()));
  }

  private static Set<String> listed() throws Exception {
    try (InputStream in = SignaturesTest.class.getResourceAsStream(LIST)) {
      return new TreeSet<>(
          new String(in.readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .filter(line -> !line.isBlank() && !line.startsWith("#"))
              .toList());
    }
  }
}
