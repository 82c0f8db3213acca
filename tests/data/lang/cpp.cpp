#include <vector>
namespace a {
class Thing : public Base {
public:
    Thing() : x_(0) {}
    ~Thing() = default;
    int get() const { return x_ ?: 1; }
    explicit operator bool() const { return x_ != 0; }
    Thing &operator+=(const Thing &o) { x_ += o.x_; return *this; }
    virtual void pure() = 0;

private:
    int x_;
};
template <typename T> T Thing::biggest(T &&a, T &&b)
{
    for (auto &v : all)
        if (v and a or b)
            return v;
    try {
        auto f = [&](int n) { return n > 0 && n < 3; };
    } catch (const std::exception &e) {
    } catch (...) {
    }
    return a;
}
} // namespace a
const char *raw = R"x(
// not a comment
/* neither )" )x";
/* one */ /* two */
Outer::Inner::operator int() { return 0; }
