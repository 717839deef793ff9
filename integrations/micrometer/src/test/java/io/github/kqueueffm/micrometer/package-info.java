/** Tests of the meters, alone and in frameworks. */
package io.github.kqueueffm.micrometer;
