# awk -v n=1000000 -v offices="ID ID …" -f names.awk: cases as lines "id office subject applicant", tabs
# between; folded names, drawn as they are frequent: Nguyễn is two of five.
BEGIN {
	srand(1)
	n_offices = split(offices, office, " ")
	n_family = split("nguyen nguyen nguyen nguyen nguyen nguyen nguyen nguyen nguyen nguyen nguyen" \
		" nguyen tran tran tran le le le pham pham huynh huynh phan vo dang bui do ho ngo duong ly", family, " ")
	n_middle = split("thi thi thi thi thi thi thi van van van van van minh ngoc gia thanh quoc bao" \
		" huu duc xuan kim phuong hong", middle, " ")
	n_given = split("an anh ba bac bao bich binh cam canh chau chi chien chinh cuc cuong dai dan dao dat" \
		" diem dinh doan dung duong giang ha hai han hang hanh hao hau hien hiep hieu hoa hoai hoan" \
		" hoang hong hue hung huong huy huyen khai khanh khoa khoi kien kieu ky lai lam lan le lien" \
		" linh loan loc loi long luan luong ly mai man mi minh my nam nga ngan nghia ngoc nguyen" \
		" nguyet nhan nhat nhi nhien nhu nhung ninh oanh phat phi phong phu phuc phung phuoc phuong" \
		" quan quang que quoc quy quyen quynh sang sinh son suong tai tam tan thach thai tham thang" \
		" thanh thao the thien thinh tho thoa thoai thong thu thuan thuc thuong thuy tien tin tinh" \
		" toan tram trang tri trinh trong truc trung truong tu tuan tue tung tuyen tuyet uyen van vi" \
		" viet vinh vu vuong vy xuan yen", given, " ")
	for (i = 1; i <= n; i++)
		printf "%.0f\t%s\t%s\t%s\n", i * 4096, office[1 + int(rand() * n_offices)], person(), person()
}
function person(  name) {
	name = family[1 + int(rand() * n_family)] " " middle[1 + int(rand() * n_middle)]
	if (rand() < 0.6)
		name = name " " given[1 + int(rand() * n_given)]
	return name " " given[1 + int(rand() * n_given)]
}
