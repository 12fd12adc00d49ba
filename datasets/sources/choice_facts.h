// What the multiple-choice questions know about the world. No member belongs
// to two categories; no word of a pair of opposites fits another pair.
#ifndef SN37_DATASETS_SOURCES_CHOICE_FACTS_H_
#define SN37_DATASETS_SOURCES_CHOICE_FACTS_H_

#include "absl/strings/string_view.h"

namespace sn37::datasets {

struct Category {
  absl::string_view name;  // as in "Which of these is …?"
  absl::string_view members[8];
};

inline constexpr Category kCategories[] = {
    {"an animal",
     {"horse", "tiger", "rabbit", "whale", "eagle", "camel", "wolf", "donkey"}},
    {"a fruit",
     {"apple", "banana", "pear", "cherry", "melon", "mango", "lemon", "grape"}},
    {"a vegetable",
     {"carrot", "potato", "onion", "cabbage", "spinach", "leek", "turnip",
      "celery"}},
    {"a colour",
     {"red", "blue", "green", "yellow", "purple", "brown", "pink", "grey"}},
    {"a tool",
     {"hammer", "saw", "screwdriver", "spade", "wrench", "drill", "axe",
      "chisel"}},
    {"a piece of clothing",
     {"shirt", "coat", "sock", "glove", "scarf", "hat", "skirt", "sweater"}},
    {"a vehicle",
     {"car", "bus", "train", "bicycle", "tram", "lorry", "ferry", "aeroplane"}},
    {"a musical instrument",
     {"piano", "violin", "flute", "trumpet", "drum", "guitar", "harp",
      "cello"}},
    {"a piece of furniture",
     {"table", "chair", "sofa", "wardrobe", "bookcase", "bed", "desk",
      "stool"}},
    {"a part of the body",
     {"elbow", "knee", "shoulder", "ankle", "wrist", "chin", "thumb", "nose"}},
    {"a drink",
     {"water", "milk", "tea", "coffee", "lemonade", "juice", "wine", "beer"}},
    {"a building",
     {"church", "castle", "school", "barn", "hospital", "museum", "factory",
      "library"}},
    {"a job",
     {"baker", "doctor", "teacher", "plumber", "nurse", "carpenter", "lawyer",
      "farmer"}},
    {"a metal",
     {"iron", "copper", "chromium", "titanium", "tin", "zinc", "nickel",
      "aluminium"}},
};

inline constexpr absl::string_view kOpposites[][2] = {
    {"hot", "cold"},       {"big", "small"},        {"fast", "slow"},
    {"early", "late"},     {"open", "closed"},      {"empty", "full"},
    {"loud", "quiet"},     {"light", "dark"},       {"wet", "dry"},
    {"rich", "poor"},      {"strong", "weak"},      {"happy", "sad"},
    {"young", "old"},      {"clean", "dirty"},      {"high", "low"},
    {"long", "short"},     {"near", "far"},         {"thick", "thin"},
    {"wide", "narrow"},    {"deep", "shallow"},     {"true", "false"},
    {"brave", "cowardly"}, {"cheap", "expensive"},  {"ancient", "modern"},
    {"sharp", "blunt"},    {"safe", "dangerous"},   {"guilty", "innocent"},
    {"asleep", "awake"},   {"straight", "crooked"}, {"rough", "smooth"},
    {"first", "last"},
};

inline constexpr absl::string_view kDays[] = {
    "Monday", "Tuesday",  "Wednesday", "Thursday",
    "Friday", "Saturday", "Sunday"};

inline constexpr absl::string_view kMonths[] = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_CHOICE_FACTS_H_
