package io.github.kqueueffm.containers;

import org.testcontainers.utility.DockerImageName;

/** The images by their properties, whose defaults are in this module's pom. */
enum Images {
  JAVA("java"),
  NGINX("nginx"),
  REDIS("redis"),
  POSTGRES("postgres"),
  HAPROXY("haproxy");

  private final String key;

  Images(String key) {
    this.key = "containers.image." + key;
  }

  DockerImageName image() {
    String name = System.getProperty(key);
    if (name == null) {
      throw new IllegalStateException("-D" + key + " names no image");
    }
    return DockerImageName.parse(name);
  }
}
