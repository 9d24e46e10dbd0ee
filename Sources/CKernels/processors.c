#define _GNU_SOURCE
#include "pool.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// True when `path` could be read; the first line without its newline.
static bool read_line(const char *path, char *line, int capacity) {
    FILE *file = fopen(path, "re");
    if (!file) return false;
    bool read = fgets(line, capacity, file) != NULL;
    fclose(file);
    if (read) line[strcspn(line, "\n")] = 0;
    return read;
}

// Cores among the allowed processors: a processor counts when no lower allowed one shares its core.
static long allowed_core_count(void) {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 1;
    long cores = 0;
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (!CPU_ISSET(processor, &allowed)) continue;
        char path[128], siblings[256];
        snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", processor);
        bool first = true;
        if (read_line(path, siblings, sizeof siblings)) {
            // For example "0,64" or "0-1".
            for (char *next = siblings; *next && first;) {
                long low = strtol(next, &next, 10), high = low;
                if (*next == '-') high = strtol(next + 1, &next, 10);
                for (long other = low; other <= high && other < processor; other++)
                    if (other >= 0 && CPU_ISSET(other, &allowed)) first = false;
                if (*next != ',') break;
                next++;
            }
        }
        if (first) cores++;
    }
    return cores > 0 ? cores : 1;
}

// The quota in processors, rounded up; 0 when there is none. `group` is a path below the mount point.
static long quota_of_group(const char *group) {
    char path[1024], line[128];
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/cpu.max", group);
    long quota = 0, period = 0;
    if (read_line(path, line, sizeof line)) {
        if (sscanf(line, "%ld %ld", &quota, &period) != 2) return 0;
    } else {
        snprintf(path, sizeof path, "/sys/fs/cgroup/cpu%s/cpu.cfs_quota_us", group);
        if (!read_line(path, line, sizeof line) || sscanf(line, "%ld", &quota) != 1) return 0;
        snprintf(path, sizeof path, "/sys/fs/cgroup/cpu%s/cpu.cfs_period_us", group);
        if (!read_line(path, line, sizeof line) || sscanf(line, "%ld", &period) != 1) return 0;
    }
    return quota > 0 && period > 0 ? (quota + period - 1) / period : 0;
}

// The smallest quota of this process' control group and of those above it; 0 when there is none.
static long quota(void) {
    FILE *file = fopen("/proc/self/cgroup", "re");
    char line[768], group[768] = "";
    if (file) {
        while (fgets(line, sizeof line, file)) {
            line[strcspn(line, "\n")] = 0;
            char *controllers = strchr(line, ':');
            if (!controllers) continue;
            char *path = strchr(controllers + 1, ':');
            if (!path) continue;
            *path++ = 0;
            bool unified = controllers[1] == 0;
            bool processor = strcmp(controllers + 1, "cpu") == 0 || strncmp(controllers + 1, "cpu,", 4) == 0;
            if ((unified && group[0] == 0) || processor) strcpy(group, path);
        }
        fclose(file);
    }
    long smallest = quota_of_group("");
    while (group[0]) {
        long own = quota_of_group(group);
        if (own > 0 && (smallest == 0 || own < smallest)) smallest = own;
        char *slash = strrchr(group, '/');
        if (!slash) break;
        *slash = 0;
    }
    return smallest;
}

long kernels_available_processor_count(void) {
    long cores = allowed_core_count(), limit = quota();
    return limit > 0 && limit < cores ? limit : cores;
}
