package io.github.kqueueffm.abi;

import java.util.Map;

/**
 * Layout of a C struct on one platform.
 *
 * @param name the struct's name in C
 * @param size its size in bytes, padding included
 * @param fields offset and width of every field that the transport uses
 */
public record Struct(String name, int size, Map<String, Field> fields) {

  /**
   * Position of a field.
   *
   * @param offset bytes from the start of the struct
   * @param width bytes
   */
  public record Field(int offset, int width) {}

  public Struct {
    fields = Map.copyOf(fields);
  }

  public boolean has(String field) {
    return fields.containsKey(field);
  }

  public int offset(String field) {
    return field(field).offset();
  }

  public int width(String field) {
    return field(field).width();
  }

  private Field field(String field) {
    Field found = fields.get(field);
    if (found == null) {
      throw new UnsupportedOperationException("struct " + name + " has no field " + field);
    }
    return found;
  }
}
