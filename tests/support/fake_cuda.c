/* Stands in for NVIDIA's driver: notes who initialises it and what that process may see, and says
   that there is no device. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUCCESS = 0, NO_DEVICE = 100 };

int cuInit(unsigned flags) {
  FILE *log = fopen(getenv("FAKE_CUDA_LOG"), "a");
  fprintf(log, "%d %s\n", getpid(), getenv("CUDA_VISIBLE_DEVICES"));
  fclose(log);
  return NO_DEVICE;
}

int cuDriverGetVersion(int *version) {
  *version = 13000;
  return SUCCESS;
}

static int refuse(void) { return NO_DEVICE; }

int cuGetProcAddress_v2(const char *name, void **found, int version, unsigned long flags, void *how) {
  *found = !strcmp(name, "cuInit")               ? (void *)cuInit
           : !strcmp(name, "cuDriverGetVersion") ? (void *)cuDriverGetVersion
           : !strcmp(name, "cuGetProcAddress")   ? (void *)cuGetProcAddress_v2
                                                 : (void *)refuse;
  return SUCCESS;
}
