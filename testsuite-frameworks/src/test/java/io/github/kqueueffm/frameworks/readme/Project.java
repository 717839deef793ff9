package io.github.kqueueffm.frameworks.readme;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** A user's project with one block of the documents in its POM. */
record Project(Path directory, String transport, String block) {
  /** Of those that Armeria can do with the one that is here anyway. */
  private static final String JACKSON =
      """
      <dependency>
        <groupId>com.fasterxml.jackson</groupId>
        <artifactId>jackson-bom</artifactId>
        <version>%s</version>
        <type>pom</type>
        <scope>import</scope>
      </dependency>
      """
          .formatted(System.getProperty("readme.jackson"));

  static String pom(String name, String content) {
    return """
    <project xmlns="http://maven.apache.org/POM/4.0.0">
      <modelVersion>4.0.0</modelVersion>
      <groupId>com.example</groupId>
      <artifactId>%s</artifactId>
      <version>1</version>
      <properties>
        <maven.compiler.release>22</maven.compiler.release>
        <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
      </properties>
      %s
    </project>
    """
        .formatted(name, content);
  }

  /** Writes a POM with which Maven builds the projects below the directory in one run. */
  static void writeAll(Path directory, List<String> names) throws IOException {
    String modules =
        names.stream()
            .map(name -> "<module>" + name + "</module>")
            .collect(Collectors.joining("", "<modules>", "</modules>"));
    Files.writeString(
        directory.resolve("pom.xml"), pom("all", "<packaging>pom</packaging>" + modules));
  }

  void write(List<ReadmeBuildTest.Artifact> artifacts) throws IOException {
    Path source = directory.resolve("src/main/java/com/example/Main.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, source(artifacts));
    Files.writeString(
        directory.resolve("pom.xml"), pom(directory.getFileName().toString(), content()));
  }

  private String content() {
    if (block.startsWith("<plugin>")) {
      return transport + "<build><plugins>" + block + "</plugins></build>";
    }
    if (block.startsWith("<dependency>")) {
      int own = transport.indexOf("</dependencyManagement>");
      String management =
          transport.substring(0, transport.lastIndexOf("</dependencies>", own)) + JACKSON;
      return management
          + "</dependencies></dependencyManagement><dependencies>"
          + block
          + "</dependencies>";
    }
    return block;
  }

  /** Imports what the table names for the transport, which each block brings, and the block. */
  private String source(List<ReadmeBuildTest.Artifact> artifacts) {
    String imports =
        artifacts.stream()
            .filter(one -> one.name().equals("netty-transport-kqueue-ffm") || has(one.name()))
            .map(one -> "import " + one.type() + ";\n")
            .collect(Collectors.joining());
    return "package com.example;\n" + imports + "public class Main {}\n";
  }

  private boolean has(String artifact) {
    return block.contains("<artifactId>" + artifact + "</artifactId>");
  }
}
